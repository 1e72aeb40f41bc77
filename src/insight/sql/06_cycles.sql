-- Cycles of three addresses, seen from each of them.
SELECT first_step.span, first_step.sender AS address, COUNT(*) AS cycles
FROM narrow AS first_step
JOIN narrow AS second_step ON second_step.span = first_step.span AND second_step.sender = first_step.receiver
JOIN narrow AS third_step
  ON third_step.span = second_step.span AND third_step.sender = second_step.receiver AND third_step.receiver = first_step.sender
GROUP BY first_step.span, first_step.sender
