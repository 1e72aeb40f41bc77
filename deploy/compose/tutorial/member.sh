#!/bin/sh
# A member of the tutorial: member.sh NAME PORT_OF_PEERS PORT_OF_METRICS. Joins once, then takes part.
set -eu
umask 077
cd /var/lib/quorate
if [ ! -f "$1/joined" ]; then
  quorate member join invitation.json --data "$1.csv" --out "$1" --development-key founder.key --p2p "/ip4/0.0.0.0/tcp/$2"
  printf '\n[metrics]\nlisten = "0.0.0.0:%s"\n' "$3" >> "$1/member.toml"
  touch "$1/joined"
fi
exec quorate member run --config "$1/member.toml"
