#!/bin/sh
# The founder of the tutorial: three tables, a task, contracts, two operators and an invitation. Runs once.
set -eu
umask 077
cd /var/lib/quorate
if [ -f deployed ]; then exit 0; fi
chain=http://chain:8545

# Patients who come back to the hospital are older and heavier.
for name in alice bob carol; do
  awk -v seed="$name" 'BEGIN {
    srand(length(seed) + index("abc", substr(seed, 1, 1)))
    print "age,weight,sex,readmitted"
    for (i = 0; i < 300; i++) {
      back = rand() < 0.5
      printf "%d,%d,%s,%s\n", 40 + 20 * rand() + 25 * back, 60 + 20 * rand() + 20 * back, (rand() < 0.5 ? "f" : "m"), (back ? "yes" : "no")
    }
  }' > "$name.csv"
done

# The first two accounts of a development chain, which everybody knows. They own money on no other chain.
echo 0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80 > founder.key
echo 0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d > second.key

if [ ! -d wards ]; then quorate task init wards --data alice.csv --target readmitted; fi
quorate deploy --rpc "$chain" --key-file founder.key --task-file wards/task.toml --data alice.csv \
  --out operator --grpc 0.0.0.0:7050 --p2p /ip4/0.0.0.0/tcp/4001
printf '\n[metrics]\nlisten = "0.0.0.0:9100"\n' >> operator/coordinator.toml
quorate invite --config operator/coordinator.toml --address coordinator:7050 --out first.json

# A second operator, which takes the seat when the first one fails.
ledger=$(sed -n 's/^ledger = "\(.*\)"/\1/p' operator/coordinator.toml)
quorate token mint --rpc "$chain" --ledger "$ledger" --key-file founder.key \
  --to 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --amount 2000
quorate coordinator init --from operator --out standby --owner-key second.key --grpc 0.0.0.0:7051 --p2p /ip4/0.0.0.0/tcp/4002
printf '\n[metrics]\nlisten = "0.0.0.0:9101"\n' >> standby/coordinator.toml
quorate coordinator join --config standby/coordinator.toml --amount 1200 --gas 1
quorate invite --config standby/coordinator.toml --address standby:7051 --with first.json --out invitation.json
touch deployed
