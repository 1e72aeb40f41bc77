-- How many addresses had the same first giver: the farm of a sybil, or the customers of an exchange.
SELECT funder, COUNT(*) AS siblings
FROM firsts
WHERE funder IS NOT NULL
GROUP BY funder
