export const generalUsage = `Usage: aliquot COMMAND

  run FILE --target COLUMN   learn to predict a column of a table, show a live leaderboard
  start                      start everything: database, API with playground, worker
  server, worker             start one of the two alone, on the database of DATABASE_URL
  doctor [--json]            say what this installation consists of and what is wrong with it
  token [--days N]           print a bearer token of the local account
  migrate                    bring the database up to date
  help [COMMAND]             explain a command
  --version                  print the version
`;

const runUsage = `Usage: aliquot run FILE --target COLUMN [options]

Uploads FILE, analyses it, trains models on it and ranks them. Ctrl-C once stops the training and
keeps the best so far, twice leaves.

  --target COLUMN       the column to predict
  --task KEY            binary, multiclass or regression; default: detected
  --metric KEY          what to rank by; default: by task
  --budget SECONDS      wall clock of the training; default: 60
  --max-trials N        at most so many trials over all algorithms
  --seed N              of folds, search and models; default: 0
  --algorithms A,B      keys of the catalogue; default: all that fit
  --predict FILE        apply the best model to another table; needs --out
  --out FILE            where to write the predictions
  --json                print one JSON document at the end, everything else on stderr
  --server URL          use this server; default: the one that runs here, else one for this run
  --token TOKEN         bearer token for that server

Ends with 0 when there is a model, 1 when it failed, 2 on wrong use, 130 when interrupted.
`;

const tokenUsage = `Usage: aliquot token [--days N]

Prints a bearer token of the local account, for programs that talk to this server.

  --days N              how long it is valid; default: 30
`;

export const usages: Record<string, string> = { run: runUsage, token: tokenUsage };
