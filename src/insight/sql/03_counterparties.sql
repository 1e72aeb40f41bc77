-- The same from the side of each address. An address that gives to itself is its own counterparty, in both directions.
SELECT span, address, counterparty, CAST(SUM(sent) AS BIGINT) AS sent, CAST(SUM(received) AS BIGINT) AS received
FROM (
  SELECT span, sender AS address, receiver AS counterparty, events AS sent, 0 AS received FROM pairs
  UNION ALL
  SELECT span, receiver AS address, sender AS counterparty, 0 AS sent, events AS received FROM pairs
) AS directions
GROUP BY span, address, counterparty
