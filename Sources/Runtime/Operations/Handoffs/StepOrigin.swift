/// How what a step left came to be there, in SQL over the step `s`: the receipt says whether this handoff made it, and the
/// journal whether a person had named it.
enum StepOrigin {
    static let sql = """
        CASE WHEN s.receipt ->> 'origin' = 'linked' AND EXISTS (SELECT FROM journal j WHERE j.handoff_id = s.handoff_id
                AND j.entry::jsonb ->> 'what' = 'adoption asked' AND j.entry::jsonb ->> 'step' = s.name
                AND j.entry::jsonb ->> 'externalID' = s.external_id) THEN 'adopted'
            ELSE CASE s.receipt ->> 'origin' WHEN 'created' THEN 'made' WHEN 'linked' THEN 'found'
                WHEN 'updated' THEN 'changed' END END
        """
}
