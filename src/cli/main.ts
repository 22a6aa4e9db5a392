import { dispatch } from '#cli/dispatch.ts';

// a reader that has seen enough, such as `head`, closes the pipe
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(0);
});

process.exitCode = await dispatch(process.argv.slice(2));
