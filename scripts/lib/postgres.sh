# PostgreSQL for scripts: where its programs are, and a throwaway server of one's own. To be sourced.

# Prints the folder of the newest PostgreSQL on this machine.
find_postgres() {
    local folder
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -rV) \
        "$(dirname "$(command -v initdb 2>/dev/null || echo /none/x)")"; do
        [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ] && { echo "$folder"; return; }
    done
    return 1
}

# Runs a command as somebody whom PostgreSQL does not refuse, as it does root.
as_owner() {
    if [ "$(id -u)" = 0 ]; then su -s /bin/sh postgres -c "$(printf '%q ' "$@")"; else "$@"; fi
}

# Gives a folder to whoever runs PostgreSQL.
give_to_owner() {
    [ "$(id -u)" = 0 ] || return 0
    id postgres >/dev/null 2>&1 || useradd --system postgres
    chown postgres "$@"
}

free_port() {
    python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])' 2>/dev/null ||
        echo $((20000 + RANDOM % 20000))
}

# Starts an empty server that trusts this machine: folder of its programs, its own folder, port, further options.
start_postgres() {
    local programs=$1 place=$2 port=$3
    shift 3
    give_to_owner "$place"
    as_owner "$programs/initdb" -D "$place/db" -U zicha -A trust -E UTF8 --locale=C >/dev/null
    as_owner "$programs/pg_ctl" -D "$place/db" -w -l "$place/log" \
        -o "-p $port -k $place -c listen_addresses=127.0.0.1 $*" start >/dev/null
}

# Ends it at once; it was a throwaway.
stop_postgres() {
    as_owner "$1/pg_ctl" -D "$2/db" -m immediate stop >/dev/null 2>&1 || true
}
