-- What went from one address to another: transactions, and transfers of tokens. Ether is null for tokens; log_index is -1 for transactions.
SELECT block_number, time, position, -1 AS log_index, sender, COALESCE(receiver, created) AS receiver, CAST(NULL AS VARCHAR(42)) AS token
FROM transactions
WHERE receiver IS NOT NULL OR created IS NOT NULL
UNION ALL
SELECT block_number, time, position, log_index, sender, receiver, token
FROM transfers
