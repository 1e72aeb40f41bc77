"""A member that trains LoRA adapters of a small BERT with a transformers Trainer.

    python member.py --data FOLDER --test FILE                     trains and measures for the node
    python member.py --schema schema.json --out FILE.safetensors   writes the first adapters, for the task file

The base model is made from its configuration and a fixed seed, so that all members have the same. Nothing is downloaded.
"""

import argparse
import json
import pathlib
import re

import torch
from peft import LoraConfig, get_peft_model
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

import quorate
import quorate.hf

TOKENS = 24


def make_model(schema):
    vocabulary = schema["tokeniser"]["definition"]["model"]["vocab"]
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=128,
        max_position_embeddings=TOKENS,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        initializer_range=0.1,
        num_labels=len(schema["target"]["labels"]),
    )
    base = BertForSequenceClassification(config)
    adapters = LoraConfig(
        task_type="SEQ_CLS",
        r=8,
        lora_alpha=16,
        target_modules=["query", "key", "value", "dense", "word_embeddings"],
        modules_to_save=["classifier"],
    )
    return get_peft_model(base, adapters), vocabulary


class Texts(torch.utils.data.Dataset):
    def __init__(self, path, schema, vocabulary):
        self.records = []
        for line in pathlib.Path(path).read_text().splitlines():
            record = json.loads(line)
            words = re.findall(r"[a-z]+|[^\sa-z]", record["text"].lower())[:TOKENS]
            ids = [vocabulary.get(word, vocabulary["[UNK]"]) for word in words]
            padding = TOKENS - len(ids)
            self.records.append(
                {
                    "input_ids": ids + [vocabulary["[PAD]"]] * padding,
                    "attention_mask": [1] * len(ids) + [0] * padding,
                    "labels": schema["target"]["labels"].index(record["label"]),
                }
            )

    def __len__(self):
        return len(self.records)

    def __getitem__(self, index):
        return {name: torch.tensor(value) for name, value in self.records[index].items()}


def accuracy(prediction):
    return {"accuracy": float((prediction.predictions.argmax(-1) == prediction.label_ids).mean())}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data")
    parser.add_argument("--test")
    parser.add_argument("--schema", required=True)
    parser.add_argument("--out")
    parser.add_argument("--epochs", type=float, default=1)
    args = parser.parse_args()
    torch.set_num_threads(1)
    schema = json.loads(pathlib.Path(args.schema).read_text())
    model, vocabulary = make_model(schema)
    if args.out:
        from safetensors.torch import save_file

        save_file({name: value.contiguous() for name, value in quorate.hf.adapters(model).items()}, args.out)
        return
    data = pathlib.Path(args.data)
    settings = TrainingArguments(
        output_dir=str(data / "trainer"),
        num_train_epochs=args.epochs,
        per_device_train_batch_size=16,
        per_device_eval_batch_size=64,
        learning_rate=5e-3,
        lr_scheduler_type="constant",
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
    )
    trainer = Trainer(
        model=model,
        args=settings,
        train_dataset=Texts(data / "train.jsonl", schema, vocabulary),
        eval_dataset=Texts(args.test, schema, vocabulary),
        compute_metrics=accuracy,
    )
    quorate.hf.run(trainer)


if __name__ == "__main__":
    main()
