"""Made from proto/quorate/v1/trainer.proto by `node scripts/python-proto.ts`."""
