-- What gas cost in a block on average.
SELECT block_number, AVG(CAST(gas_price AS DOUBLE)) AS block_price
FROM transactions
GROUP BY block_number
