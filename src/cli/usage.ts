export const generalUsage = `Usage: aliquot COMMAND

  run FILE --target COLUMN   learn to predict a column of a table, show a live leaderboard
  verify RUN                 fit a model again from its record, say whether its score is proved
  upload FILE                bring a table to the server; interrupted, it goes on when called again
  start                      start everything: database, API with playground, worker
  server, worker             start one of the two alone, on the database of DATABASE_URL
  doctor [--json]            say what this installation consists of and what is wrong with it
  sandbox run SCRIPT.py      run a script as generated code is run, isolated
  sandbox publish            have E2B build what jobs need there
  storage migrate --to URL   copy all files to another storage, verified
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

const uploadUsage = `Usage: aliquot upload FILE [options]

Brings FILE to the server and waits until it has been read. Whatever interrupts it, a lost connection, Ctrl-C or the end
of this process: called again for the same, unchanged file it goes on where it stopped, for as long as the server keeps
what has arrived (a day after the last byte, by default).

  --name TEXT           what to call the dataset; default: the name of the file
  --json                print one JSON document at the end, everything else on stderr
  --server URL          use this server; default: the one that runs here, else one for this upload
  --token TOKEN         bearer token for that server

Ends with 0 when the dataset can be used, 1 when it failed, 2 on wrong use, 130 when interrupted.
`;

const verifyUsage = `Usage: aliquot verify RUN [options]

Fits the recorded trials of a model run again, on the table, folds, parameters, seeds, threads and rounds that were
written down when it was trained, without a clock, and compares every score and prediction. RUN is the id of the model
run, as its page and \`aliquot run --json\` tell it. Ctrl-C leaves; the verification goes on.

  --json                print one JSON document at the end, everything else on stderr
  --server URL          use this server; default: the one that runs here, else one for this verification
  --token TOKEN         bearer token for that server

Ends with 0 when the run is proved, 1 when it is not, 2 on wrong use, 130 when interrupted.
`;

const sandboxUsage = `Usage: aliquot sandbox run SCRIPT.py [options]
       aliquot sandbox publish

run: runs a script exactly as generated code is run: the same isolation, libraries and limits, no network, and nothing
of this host but the files it is given in in/. Tells how it ended, what it printed and what it left in out/.

  --input DIR           its files are found in in/
  --limits K=V,...      memory, disk, output (bytes: 512M), processes, cpu, wall (seconds);
                        default: memory=1G,disk=1G,processes=64,cpu=300,wall=300,output=64K
  --out DIR             where to put what it left in out/; a new or empty directory
  --json                print one JSON document

publish: has E2B build the template that the jobs of this version need, for the account of E2B_API_KEY, and prints its
name, which is E2B_TEMPLATE where that is set. Takes some minutes.

Ends with 0 when the script did, 1 when it failed or met a limit, 2 on wrong use, 130 when interrupted.
`;

const tokenUsage = `Usage: aliquot token [--days N]

Prints a bearer token of the local account, for programs that talk to this server.

  --days N              how long it is valid; default: 30
`;

const storageUsage = `Usage: aliquot storage migrate --to URL [--json]

Copies every file from the storage in use to another one and reads it back there; nothing is removed.
Killed or interrupted, it goes on where it was when called again.

  --to URL              file:DIRECTORY or s3://BUCKET/PREFIX?region=&endpoint=, as for STORAGE_URL
  --json                print one JSON document

Ends with 0 when all files are there, 1 when some are not.
`;

export const usages: Record<string, string> = {
  run: runUsage,
  sandbox: sandboxUsage,
  storage: storageUsage,
  token: tokenUsage,
  upload: uploadUsage,
  verify: verifyUsage,
};
