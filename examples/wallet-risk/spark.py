"""The features of `quorate insight features` under Spark: spark.py --folder FOLDER --sql FOLDER --out FOLDER --span NAME=BEGIN:END …

Reads the same Parquet files and runs the same SQL files, on one machine or a cluster. BEGIN and END are seconds since 1970.
"""

import argparse
import pathlib

from pyspark.sql import SparkSession

TABLES = ("blocks", "transactions", "logs", "transfers")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", required=True)
    parser.add_argument("--sql", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--span", action="append", required=True)
    args = parser.parse_args()
    spark = SparkSession.builder.appName("quorate insight").getOrCreate()
    for table in TABLES:
        spark.read.parquet(f"{args.folder}/parts/*/{table}.parquet").createOrReplaceTempView(table)
    spans = []
    for text in args.span:
        name, seconds = text.split("=")
        begins, ends = seconds.split(":")
        spans.append((name, int(begins), int(ends)))
    spark.createDataFrame(spans, "span string, begins bigint, ends bigint").createOrReplaceTempView("spans")
    for path in sorted(pathlib.Path(args.sql).glob("*.sql")):
        # The files before it are used several times.
        spark.sql(path.read_text()).cache().createOrReplaceTempView(path.stem.split("_", 1)[1])
    spark.table("features").coalesce(1).write.mode("overwrite").parquet(args.out)
    spark.stop()


if __name__ == "__main__":
    main()
