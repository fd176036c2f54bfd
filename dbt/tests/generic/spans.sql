{#
    Cutting the stored text at the stored offsets gives the stored words, for every phrase of every mention
    (codebook, section 8). Offsets count characters from 0; the end is the character after the phrase.
#}
{% test spans_match_text(model, texts) %}
with phrases as (
    select
        mention_id,
        version_id,
        unnest(
            list_concat(
                [
                    {'kind': 'sentence', 'unit': unit, 'text': sentence, 'start': sentence_start, 'end': sentence_end},
                    {'kind': 'trigger', 'unit': unit, 'text': trigger, 'start': trigger_start, 'end': trigger_end},
                    {'kind': 'place', 'unit': place_unit, 'text': place, 'start': place_start, 'end': place_end},
                    {'kind': 'date', 'unit': unit, 'text': date_text, 'start': date_start, 'end': date_end},
                    {'kind': 'cue', 'unit': unit, 'text': cue, 'start': cue_start, 'end': cue_end},
                    {
                        'kind': 'speaker',
                        'unit': speaker_party.unit,
                        'text': speaker_party.text,
                        'start': speaker_party.start,
                        'end': speaker_party.end
                    }
                ],
                list_transform(
                    list_concat(actors, targets),
                    lambda party : {'kind': 'party', 'unit': party.unit, 'text': party.text, 'start': party.start, 'end': party.end}
                ),
                list_transform(
                    figures,
                    lambda figure : {'kind': 'figure', 'unit': unit, 'text': figure.text, 'start': figure.start, 'end': figure.end}
                )
            )
        ) as phrase
    from {{ model }}
)

select
    phrases.mention_id,
    phrases.phrase
from phrases
inner join {{ texts }} as texts on phrases.version_id = texts.version_id
where
    phrases.phrase.text is not null
    and phrases.phrase.text is distinct from substring(
        case phrases.phrase.unit when 'title' then texts.title when 'summary' then texts.summary else texts.body end,
        phrases.phrase.start + 1,
        phrases.phrase.end - phrases.phrase.start
    )
{% endtest %}
