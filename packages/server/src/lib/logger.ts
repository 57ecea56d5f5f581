/** The part of pino that the gateway uses. `error` goes in as `err`, ids as their own fields. */
export type Logger = {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
