/** A server that is going to be killed while it holds a sandbox: runs one endless job and says when it has begun. */
import { localSandbox } from '#adapters/sandbox/local.ts';
import { fakeRunner, plainPython, runPython } from './workbench.ts';

const [cacheDirectory = '', tier, mark = 'holder'] = process.argv.slice(2);
const sandbox = localSandbox({ python: plainPython, cacheDirectory, ...fakeRunner, tier });
const daemon = `
import os, signal, time
def main(arguments):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    for _ in range(2):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                time.sleep(120)
            os._exit(0)
    for place in ("/dev/shm", "/tmp", "tmp", "out"):
        try:
            open(f"{place}/" + arguments[0], "w").close()
        except OSError:
            pass
    os.write(3, b"begun %d\\n" % os.getuid())
    time.sleep(120)
`;
await runPython(sandbox, daemon, { args: [mark], handlers: { onLine: (line) => console.log(line) } });
