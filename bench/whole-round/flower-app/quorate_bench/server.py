"""Krum over clients that train nothing. Writes the seconds of each round to the log as `ROUND <seconds>`."""

import time

import numpy as np
from flwr.app import ArrayRecord, Context
from flwr.serverapp import Grid, ServerApp
from flwr.serverapp.strategy import Krum

app = ServerApp()


class TimedKrum(Krum):
    """Krum that tells how long each round took: from one configuration of clients to the next."""

    started: float | None = None

    def configure_train(self, server_round, arrays, config, grid):
        self.started = time.monotonic()
        return super().configure_train(server_round, arrays, config, grid)

    def aggregate_train(self, server_round, replies):
        result = super().aggregate_train(server_round, replies)
        print(f"ROUND {time.monotonic() - self.started:.3f}", flush=True)
        return result


@app.main()
def main(grid: Grid, context: Context) -> None:
    config = context.run_config
    nodes = int(config["nodes"])
    strategy = TimedKrum(
        fraction_train=1.0,
        fraction_evaluate=0.0,
        min_train_nodes=nodes,
        min_available_nodes=nodes,
        num_malicious_nodes=nodes // 4,
    )
    model = ArrayRecord([np.zeros(int(config["coordinates"]), np.float32)])
    strategy.start(grid=grid, initial_arrays=model, num_rounds=int(config["rounds"]))
