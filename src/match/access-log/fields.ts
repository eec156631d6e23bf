/** The fields of an access log, as both of its formats have them. */

export interface AccessLogField {
  /** The JSON key of the field, for example `response_flags`. */
  readonly name: string;
  readonly value: string;
  /** Place in the line, [start, end); for JSON the place of the value. */
  readonly start: number;
  readonly end: number;
}

/** What a format could read of a line, before it is known what the fields mean. */
export interface ReadFields {
  readonly fields: readonly AccessLogField[];
  /** Index of the first character that was not understood, or the line's length. */
  readonly readTo: number;
}

/** Fields of the text format behind the flags, in order. */
export const TAIL = [
  'bytes_received',
  'bytes_sent',
  'duration',
  'upstream_service_time',
  'x_forwarded_for',
  'user_agent',
  'request_id',
  'authority',
  'upstream_host',
  'upstream_cluster',
  'upstream_local_address',
  'downstream_local_address',
  'downstream_remote_address',
  'requested_server_name',
  'route_name',
] as const;
