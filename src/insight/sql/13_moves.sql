-- Transfers of tokens within the transactions of a sender.
SELECT
  spans.span,
  transactions.sender AS address,
  MAX(moved.transfers) AS most_transfers,
  CAST(SUM(CASE WHEN loans.block_number IS NULL THEN 0 ELSE 1 END) AS BIGINT) AS loans
FROM (SELECT block_number, position, COUNT(*) AS transfers FROM transfers GROUP BY block_number, position) AS moved
JOIN transactions ON transactions.block_number = moved.block_number AND transactions.position = moved.position
LEFT JOIN loans ON loans.block_number = moved.block_number AND loans.position = moved.position
JOIN spans ON transactions.time >= spans.begins AND transactions.time < spans.ends
GROUP BY spans.span, transactions.sender
