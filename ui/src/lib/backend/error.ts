import type { Problem } from './types';

/** Why the shell could not do something: a stable code with details; `message` is in English. */
export class BackendError extends Error {
  readonly code: string;
  readonly details: Problem['details'];

  constructor(problem: Problem) {
    super(problem.message);
    this.name = 'BackendError';
    this.code = problem.code;
    this.details = problem.details;
  }
}
