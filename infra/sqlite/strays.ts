/** What look-ups, hashes and filed keys name that is not there. */
export const SELECT_STRAYS = `
  SELECT coalesce(account_key, 'no account') || ': refunded of ' || payment_id
    || ' is looked up, and nothing is refunded of it' AS fault
  FROM refunded LEFT JOIN journal ON entry_id = payment_id LEFT JOIN accounts USING (account_no)
  WHERE payment_id NOT IN (
    SELECT facts ->> 'paymentId' FROM journal WHERE type = 'refund' AND json_valid(facts)
  )
  UNION ALL
  SELECT coalesce(account_key, 'no account') || ': refunded of ' || top_up_id
    || ' is looked up, and nothing is refunded of it'
  FROM given_back LEFT JOIN journal ON entry_id = top_up_id LEFT JOIN accounts USING (account_no)
  WHERE top_up_id NOT IN (
    SELECT facts ->> 'topUpId' FROM journal WHERE type = 'card_refund_started' AND json_valid(facts)
  )
  UNION ALL
  SELECT 'no entry: row ' || entry_no || ' of the journal has a hash, and is missing'
  FROM chain WHERE entry_no NOT IN (SELECT entry_no FROM journal)
  UNION ALL
  SELECT coalesce(account_key, 'account number ' || keys.account_no) || ': a key is filed for row '
    || keys.entry_no || ' of the journal, which has another'
  FROM keys LEFT JOIN accounts USING (account_no) LEFT JOIN journal
    ON journal.entry_no = keys.entry_no AND journal.account_no = keys.account_no
    AND journal.key_hash = keys.key_hash
  WHERE journal.entry_no IS NULL
  UNION ALL
  SELECT account_key || ': open top-up ' || top_up_id || ' is of no account'
  FROM open_top_ups WHERE account_key NOT IN (SELECT account_key FROM accounts)
  UNION ALL
  SELECT account_key || ': open card refund ' || card_refund_id || ' is of no account'
  FROM open_card_refunds WHERE account_key NOT IN (SELECT account_key FROM accounts)
  UNION ALL
  SELECT account_key || ': open hold ' || hold_id || ' is of no account'
  FROM open_holds WHERE account_key NOT IN (SELECT account_key FROM accounts)`;
