/** Where code that is not the server's runs. Two adapters hold the same promises: this host, and the boxes of E2B. */
export interface Sandbox {
  /** Name of the adapter and of the isolation in force, as shown in `serverInfo`, `doctor` and on every run. */
  readonly tier: string;
  /** Imports the runner's libraries ahead of time, so that the next job starts in milliseconds. Idempotent. */
  warm(): Promise<void>;
  /**
   * Runs one job to its end and collects what it left in `out/`.
   * Never rejects for what the job does: crashes, limits and cancellation are told in the result.
   * @throws SandboxUnavailableError when no isolation can be had, or was lost with the job in it.
   */
  run(job: SandboxJob, handlers: SandboxHandlers): Promise<SandboxResult>;
  /** Tries the isolation from inside: each check names an attack and says whether it was stopped. */
  selfTest(): Promise<SandboxSelfTest>;
  /** Ends every running job and the warm processes. */
  close(): Promise<void>;
}

/** One Python process and its children in a fresh work directory with `in/` (read-only) and `out/`. */
export interface SandboxJob {
  /** Made by the server: `[a-z0-9-]{1,64}`, unique. */
  id: string;
  /** Account that the job works for; told to a sandbox outside this host, where it helps to find what was left. */
  owner: string;
  /**
   * Arguments of the runner package, for example `['train', 'in/spec.json']`: trusted code of ours, run as
   * `python -I` with the work directory as the current one. JSON lines that it writes to file descriptor 3
   * arrive at `onLine`.
   */
  args: string[];
  /** Files put into `in/`: by path on this host (linked or copied, never writable for the job) or by content. */
  inputs: SandboxInput[];
  limits: SandboxLimits;
  /** An existing directory of the caller; regular files that the job left in `out/` are moved there. */
  collectInto: string;
}

export type SandboxInput = { name: string; path: string } | { name: string; content: string | Uint8Array };

/** Caps over all processes of the job together. */
export interface SandboxLimits {
  memoryBytes: number;
  /** Everything the job writes, in its work directory and elsewhere. */
  diskBytes: number;
  /** Processes at once; threads in all may be eight times as many. */
  processes: number;
  cpuSeconds: number;
  wallSeconds: number;
  /** Bytes kept of standard output and error together; the tail is kept, the rest counted and dropped. */
  outputBytes: number;
}

export interface SandboxHandlers {
  /** One line of the event channel (file descriptor 3) without its newline, at most 1 MiB, in order. */
  onLine?: (line: string) => void;
  /** Aborted: the job's main process gets SIGTERM and `graceSeconds` to finish, then everything is killed. */
  signal?: AbortSignal;
  /** Seconds between SIGTERM and SIGKILL; default 5. */
  graceSeconds?: number;
  /** Called once, when the job runs, with the way to its files. */
  onStart?: (job: RunningJob) => void;
}

/** A job that has not ended yet. */
export interface RunningJob {
  /**
   * Copies a file of `out/` that the job has finished writing to a path of the caller. False when there is no plain
   * file of that name (any more). What the job does to the file meanwhile is the caller's to find out, by a checksum.
   */
  copyOut(name: string, target: string): Promise<boolean>;
  /**
   * Lets the job have so many seconds of wall time beyond its limits, and of processor time in proportion, all
   * extensions together. It finds the number in `in/extension`, soon.
   */
  extend(addedSeconds: number): void;
}

export type SandboxLimit = 'MEMORY' | 'DISK' | 'PROCESSES' | 'CPU' | 'WALL' | 'LINE';

export interface SandboxResult {
  /** Exit code of the main process; null when it was killed by a signal. */
  exitCode: number | null;
  signal: string | null;
  /** The cap that ended the job, if one did. */
  limit: SandboxLimit | null;
  canceled: boolean;
  /** Tail of standard output and error. */
  output: string;
  outputDroppedBytes: number;
  /** Files moved to `collectInto`, with their sizes in bytes; anything but plain files is refused and named in `refused`. */
  files: { name: string; byteSize: number }[];
  refused: string[];
  wallSeconds: number;
  cpuSeconds: number;
  peakMemoryBytes: number;
  tier: string;
}

export interface SandboxSelfTest {
  tier: string;
  passed: boolean;
  checks: { name: string; passed: boolean; detail: string }[];
  /** What to do on this host when nothing passes. */
  remedy: string | null;
}

/**
 * UNAVAILABLE: no isolation can be had. LOST: it ended with the job in it. UNAUTHORIZED, QUOTA and TIMEOUT: the service
 * that has it knows no such key, gives no more of it, does not answer.
 */
export type SandboxFault =
  | 'SANDBOX_UNAVAILABLE'
  | 'SANDBOX_LOST'
  | 'SANDBOX_UNAUTHORIZED'
  | 'SANDBOX_QUOTA'
  | 'SANDBOX_TIMEOUT';

/** A job could not be run to its end; the message holds the remedy. */
export class SandboxUnavailableError extends Error {
  readonly code: SandboxFault;

  constructor(message: string, code: SandboxFault = 'SANDBOX_UNAVAILABLE', options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
