import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';

/** What the owner of this host can do when no isolation passes its self-test. */
export function remedy(): string {
  if (process.platform !== 'linux') {
    return (
      'The local sandbox needs Linux. Run the server in a Linux container or virtual machine, or set ' +
      'SANDBOX_URL=unsafe: to run jobs without isolation.'
    );
  }
  const steps = existsSync('/.dockerenv') || existsSync('/run/.containerenv') ? container() : host();
  return `${steps} Without isolation jobs run only with SANDBOX_URL=unsafe:, which every run then shows.`;
}

function container() {
  return (
    `In a container with the default profile jobs are held by Landlock: run the server as root (jobs get users ` +
    `of their own; Linux 5.13 or newer), or as any user on Linux 6.12 or newer (this is ${release()}), or let it ` +
    `make namespaces: --security-opt seccomp=unconfined --security-opt systempaths=unconfined.`
  );
}

function host() {
  if (setting('/proc/sys/kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return (
      'AppArmor lets no ordinary program make namespaces here. Install bubblewrap and the profile for it: ' +
      'apt install bubblewrap apparmor-profiles, copy ' +
      '/usr/share/apparmor/extra-profiles/bwrap-userns-restrict to /etc/apparmor.d/, then ' +
      'apparmor_parser -r /etc/apparmor.d/bwrap-userns-restrict. Or run the server as root.'
    );
  }
  if (setting('/proc/sys/kernel/unprivileged_userns_clone') === '0') {
    return 'Allow namespaces: sysctl -w kernel.unprivileged_userns_clone=1. Or run the server as root.';
  }
  if (setting('/proc/sys/user/max_user_namespaces') === '0') {
    return 'Allow namespaces: sysctl -w user.max_user_namespaces=15000. Or run the server as root.';
  }
  return (
    `Jobs need user namespaces, or Landlock from Linux 6.12 on (this is ${release()}), or a server that runs as ` +
    `root. The Python environment and CACHE_DIR must be reachable by other users when it does.`
  );
}

function setting(path: string) {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}
