-- How right the matching was when it was last measured: one row, to stand beside the tables that rest on it (comparisons, rule 9).
with measured as (
    select
        task || ' ' || slot as figure,
        value,
        measured_at,
        data
    from {{ ref('stg_accuracy') }}
    where task in ('pairs', 'stories') and stratum = 'all' and half = 'all' and value is not null
)

select
    arg_max(value, (measured_at, data)) filter (where figure = 'pairs same_event_precision') as event_precision,
    arg_max(value, (measured_at, data)) filter (where figure = 'pairs same_event_recall') as event_recall,
    arg_max(value, (measured_at, data)) filter (where figure = 'stories b_cubed_precision') as story_precision,
    arg_max(value, (measured_at, data)) filter (where figure = 'stories b_cubed_recall') as story_recall
from measured
