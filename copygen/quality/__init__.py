"""Whether a text is fit to publish: measured, checked, and what to tell the model when not.

`acceptance` holds one answer of a run against the rules; its `Checker` holds one text against
every check; a check is a pure function in `checks/`.

How to add a rule
-----------------

*Of words alone.* An entry in a file of `configs/wording/` (`leftovers.yaml`), or a new file whose
name is added to `packs.WORD_LISTS` and to `settings.FAMILIES`. See `packs.WordingRule`:

    - id: label
      where: start                  # anywhere, end, first_line, last_paragraph
      phrases:                      # language -> one a line; "…" is a gap within a sentence
        de: ["überschrift:", "hier ist … überschrift:"]
      cut: match                    # line, paragraph: taken out in a run and noted as `mended`
      severity: error
      message: a label before the text          # for people
      instead: begin with the text itself       # for the model, when it is asked again
      source: replies of ... to ..., read on ...

Phrases are compiled once per language, when the first text in it comes; a text has those of its
language and of English, all where no language is told.

*Of code.* A function `(CheckContext) -> Iterable[Violation]` in `checks/`, yielded by
`Checker._checks_of` where the settings ask for it: what depends on the language alone is made
there, once. The context has the text as written and folded (`NormalizedText`), the item's facts,
the language, the field, the other texts of the answer (`record`) and what was asked (`asked`).
Begin with the cheapest test that lets most texts pass. Give the violation a dotted rule name, one
sentence with the measure, the span in the original text, and in `fix` what the model has to do;
`facts.mendable` adds how a run mends it by itself. Rules about several texts of an item belong to
`Checker.variants`, about the whole run to `sameness`.

*For every rule*: its family in `settings.FAMILIES`, so that `severity:` can switch it; an entry
with an example in `copygen/help/rules.yaml`, which the tests run; texts that must pass and must not
in `tests/quality`. A family in `acceptance.REASONS` says that there is no text at all: an error of
it that re-asks do not end fails the prompt with that kind, as a provider's own refusal does.
"""
