// Why a made-up command fails, as the shell would say it.

import { BackendError } from './error';

export const problem = (code: string, message: string, details: Record<string, string | number> = {}) =>
  new BackendError({ code, details, message });
