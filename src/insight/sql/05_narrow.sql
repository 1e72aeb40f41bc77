-- Pairs of givers with few receivers: a cycle through an exchange says nothing, and the join over it would have no bound.
SELECT pairs.span, pairs.sender, pairs.receiver
FROM pairs
JOIN contacts ON contacts.span = pairs.span AND contacts.address = pairs.sender
WHERE contacts.fan_out <= 16 AND pairs.sender <> pairs.receiver
