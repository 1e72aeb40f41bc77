"""A client that trains nothing: it returns the model it got with a little noise."""

import numpy as np
from flwr.app import ArrayRecord, Context, Message, MetricRecord, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()


@app.train()
def train(message: Message, context: Context) -> Message:
    model = message.content["arrays"].to_numpy_ndarrays()
    noise = np.random.default_rng(context.node_id % 2**32)
    update = [layer + noise.normal(0, 0.01, layer.shape).astype(np.float32) for layer in model]
    content = RecordDict({"arrays": ArrayRecord(update), "metrics": MetricRecord({"num-examples": 1})})
    return Message(content=content, reply_to=message)
