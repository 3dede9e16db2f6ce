#!/bin/sh
# Runs a PostgreSQL of its own on a free port until its input ends, and leaves nothing behind:
# postgres_cluster.sh BINARIES PORT. PostgreSQL does not run as root, so root gives it to another user.
set -eu
binaries=$1 port=$2 server='' as_user=''
directory=$(mktemp -d)
cd "$directory"

finish() {
  [ -z "$server" ] || { kill -INT "$server"; wait "$server" || true; }
  cd / && rm -rf "$directory"
}
trap finish EXIT
trap exit INT TERM

if [ "$(id -u)" = 0 ]; then
  chown postgres "$directory"
  as_user='setpriv --reuid=postgres --regid=postgres --init-groups'
fi
$as_user "$binaries/initdb" --pgdata=data --username=bench --auth=trust --no-locale --encoding=UTF8 >initdb.log
$as_user "$binaries/postgres" -D data -p "$port" -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
  -c fsync=on -c synchronous_commit=on -c shared_buffers=256MB -c max_wal_size=4GB &
server=$!
cat >/dev/null
