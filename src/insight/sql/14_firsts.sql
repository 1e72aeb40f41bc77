-- The first time that an address is seen before the end of the spans, and who gave to it first.
SELECT address, MIN(time) AS first_seen, MIN(CASE WHEN place = 1 THEN giver END) AS funder
FROM (
  SELECT
    address,
    time,
    giver,
    CASE
      WHEN giver IS NULL THEN 0
      ELSE ROW_NUMBER() OVER (PARTITION BY address, CASE WHEN giver IS NULL THEN 0 ELSE 1 END ORDER BY block_number, position, log_index)
    END AS place
  FROM (
    SELECT block_number, position, log_index, time, receiver AS address, sender AS giver FROM edges WHERE sender <> receiver
    UNION ALL
    SELECT block_number, position, log_index, time, sender AS address, CAST(NULL AS VARCHAR(42)) AS giver FROM edges
  ) AS sides
  WHERE time < (SELECT MAX(ends) FROM spans)
) AS ordered
GROUP BY address
