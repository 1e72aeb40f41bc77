-- Transactions in which a token goes from one address to another and back: the shape of a flash loan.
SELECT DISTINCT there.block_number, there.position
FROM transfers AS there
JOIN transfers AS back
  ON back.block_number = there.block_number
  AND back.position = there.position
  AND back.token = there.token
  AND back.sender = there.receiver
  AND back.receiver = there.sender
WHERE back.log_index > there.log_index AND there.sender <> there.receiver
