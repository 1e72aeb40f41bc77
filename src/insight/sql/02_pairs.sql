-- How often one address gave to another in a span.
SELECT spans.span, edges.sender, edges.receiver, COUNT(*) AS events
FROM edges
JOIN spans ON edges.time >= spans.begins AND edges.time < spans.ends
GROUP BY spans.span, edges.sender, edges.receiver
