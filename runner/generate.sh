#!/bin/sh
# Regenerates everything that is generated from the contract and the runner's registries:
# schema/runner.schema.json, aliquot_runner/protocol.py and schema/catalog.json.
# PYTHON: an interpreter of the runner's environment with the dev group (default: python3).
set -eu
cd "$(dirname "$0")/.."
python="${PYTHON:-python3}"
npx --no-install tsx src/contract/print-runner-schema.ts > schema/runner.schema.json.new
mv schema/runner.schema.json.new schema/runner.schema.json
"$python" -m datamodel_code_generator \
  --input schema/runner.schema.json --input-file-type jsonschema \
  --output runner/aliquot_runner/protocol.py --output-model-type typing.TypedDict \
  --target-python-version 3.11 --use-union-operator --use-standard-collections \
  --enum-field-as-literal all --use-title-as-name --no-use-closed-typed-dict --disable-timestamp --formatters ruff-format ruff-check
(cd runner && "$python" -m aliquot_runner catalog) > schema/catalog.json.new
mv schema/catalog.json.new schema/catalog.json
