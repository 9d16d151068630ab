/** An error whose message is meant for the caller of the API. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}

/** @returns 400: a parameter does not fit. The message names it, its value and what was expected. */
export function badQuery(message: string): ApiError {
  return new ApiError(400, 'bad_query', message);
}

/** @returns 403: a page of another site asks. */
export function foreignOrigin(origin: string, host: string): ApiError {
  return new ApiError(
    403,
    'foreign_origin',
    `expected a page of ${host}, was one of ${origin.slice(0, 100)}: GATEWAY_CORS_ORIGINS lists the sites that may`,
  );
}

/** @returns 403: the gateway does not know itself under that name. */
export function foreignHost(host: string): ApiError {
  return new ApiError(
    403,
    'foreign_host',
    `expected an address or localhost in the header Host, was ${JSON.stringify(host.slice(0, 100))}: ` +
      'GATEWAY_HOSTS lists the names that are right, or GATEWAY_TOKENS says who may do what',
  );
}

export function notFound(message: string): ApiError {
  return new ApiError(404, 'not_found', message);
}
