/**
 * PostgreSQL refuses to run as root. Then it runs as the system's own `nobody`: no account is added to the host.
 */
export function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  return process.platform === 'darwin' ? { uid: -2, gid: -2 } : { uid: 65534, gid: 65534 };
}

/** The whole environment of PostgreSQL's programs: none of the server's settings and secrets reach them. */
export const programEnvironment = { PATH: '/usr/local/bin:/usr/bin:/bin', TZ: 'UTC', LC_ALL: 'C' };

/**
 * The cluster's path as told to PostgreSQL, which must be started inside of it. `nobody` may not pass through
 * private directories such as /root, but the link to its own working directory leads there all the same.
 */
export function clusterArgument(cluster: string, major: number): string {
  const dropsRoot = account().uid !== undefined;
  return dropsRoot && !needsOpenPath(major) ? '/proc/self/cwd' : cluster;
}

/** PostgreSQL 15 goes to its working directory by name, and only Linux has the link. */
export function needsOpenPath(major: number): boolean {
  return account().uid !== undefined && (process.platform !== 'linux' || major < 16);
}
