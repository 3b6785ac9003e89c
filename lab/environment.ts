/** Environment variables of a program that the lab starts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** For Node's own functions, whose type the web framework narrows to its own needs. */
export const processEnvironment = (environment: Environment): NodeJS.ProcessEnv =>
  environment as NodeJS.ProcessEnv;
