#!/usr/bin/env bash
# Makes .venv from the hash-locked requirements; does nothing when they have not changed. usage: setup.sh runtime|dev
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-runtime}
venv=.venv
python=${PYTHON:-python3}
sum=$(cat requirements/*.txt pyproject.toml | cksum)
stamp="$venv/.stamp-$kind"
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ]; then exit 0; fi

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
  echo "bizops needs Python 3.11 or newer; $("$python" --version) found. Set PYTHON=/path/to/python3.11." >&2; exit 1; }
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
  echo "Installing Debian's python3-venv (needed once) ..." >&2
  as_root=""; [ "$(id -u)" = 0 ] || as_root=sudo
  $as_root apt-get update -q >/dev/null && $as_root apt-get install -qy python3-venv >/dev/null
fi
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "Installing the locked requirements ($kind) ..." >&2
export PIP_DISABLE_PIP_VERSION_CHECK=1
"$venv/bin/python" -m pip install -q --require-hashes -r "requirements/$kind.txt"
"$venv/bin/python" -m pip install -q --no-deps --no-build-isolation -e .
rm -f "$venv"/.stamp-runtime
echo "$sum" > "$venv/.stamp-runtime"
[ "$kind" = runtime ] || echo "$sum" > "$stamp"
