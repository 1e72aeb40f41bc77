-- What an address receives.
SELECT spans.span, receiver AS address, COUNT(*) AS received, SUM(CAST(value AS DOUBLE) / 1e18) AS ether_in
FROM transactions
JOIN spans ON time >= spans.begins AND time < spans.ends
WHERE receiver IS NOT NULL
GROUP BY spans.span, receiver
