/** Words for a confidence: people judge "likely" faster than 0.83. */
export function scoreWord(score: number): 'sure' | 'likely' | 'possible' {
  if (score >= 0.85) return 'sure';
  return score >= 0.6 ? 'likely' : 'possible';
}
