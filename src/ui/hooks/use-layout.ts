/** One hook decides widths: from 40 columns up, and never wider than reads well. */
import { useWindowSize } from 'ink';

export interface Layout {
  readonly columns: number;
  readonly rows: number;
  /** Columns for text; long commands and YAML wrap inside it. */
  readonly width: number;
}

const WIDEST = 110;

export function useLayout(): Layout {
  const { columns, rows } = useWindowSize();
  return layoutOf(columns || 80, rows || 24);
}

export function layoutOf(columns: number, rows: number): Layout {
  return { columns, rows, width: Math.max(20, Math.min(columns - 1, WIDEST)) };
}
