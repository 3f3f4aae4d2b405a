import time

import pytest

from copygen.documents import WrittenNumber
from copygen.errors import PromptError
from copygen.models import Source
from copygen.prompts.template import RenderError, Template

MOST_SECONDS = 2.0

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ ''['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ ''|attr('__cla' ~ 'ss__') }}",
    "{{ ['']|map(attribute='__class__')|list|first }}",
    "{{ '{0.__class__.__mro__}'.format('') }}",
    "{{ '{a.__class__}'.format_map({'a': ''}) }}",
    "{{ ('{0.__class__}'|string).format('') }}",
    "{{ x.__init__.__globals__ }}",
    "{{ range.__class__ }}",
    "{{ dict.__base__.__subclasses__() }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ self.__init__.__globals__ }}",
    "{{ self._TemplateReference__context }}",
    "{{ loop.__class__ }}",
    "{% for i in [1] %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m.__globals__ }}{{ m._func.__globals__ }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{{ (x for x in []).gi_frame }}",
    "{{ config.items() }}",
    "{{ request.application.__globals__ }}",
    "{{ lipsum.__globals__.os }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ ''.join.__self__.__class__ }}",
    "{{ x.mro() }}",
    "{{ items.append(4) }}",
    "{{ items.clear() }}",
    "{{ record.update({'a': 1}) }}",
    "{{ record.pop('a') }}",
    "{% set x.y = 1 %}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% from 'os' import path %}",
    "{% extends 'base' %}",
    "{{ open('/etc/passwd').read() }}",
    "{{ __import__('os') }}",
    "{{ 'a'|random }}",
    "{{ 'a'|pprint }}",
]

LONG = "text " * 20_000

BOMBS = [
    "{{ 'x' * 10**9 }}",
    "{{ [1] * 10**9 }}",
    "{{ 10**9 * 'x' }}",
    "{{ (10**(10**10)) }}",
    "{{ (2**4000) * (2**4000) }}",
    "{{ 'x'|center(10**9) }}",
    "{{ 'x'.ljust(10**9) }}",
    "{{ 'x'.zfill(10**9) }}",
    "{{ '\t'.expandtabs(10**9) }}",
    "{{ 'x'|indent(10**9, true) }}",
    "{{ '%1000000000d' % 1 }}",
    "{{ '%*d' % (10**9, 1) }}",
    "{{ '%s%s'|format('x' * 1000000, 'x' * 1000000) }}",
    "{{ '{:1000000000}'.format(1) }}",
    "{{ '{:{}}'.format(1, 10**9) }}",
    "{{ ('{0}' * 10000).format('x' * 100000) }}",
    "{{ ('%(a)s' * 10000) % {'a': 'x' * 10000} }}",
    "{{ ('x' * 100000).replace('x', 'y' * 100000) }}",
    "{{ ('x' * 100000)|replace('', 'y' * 100000) }}",
    "{{ ('x' * 100000)|join('y' * 100000) }}",
    "{{ ('y' * 100000).join('x' * 100000) }}",
    "{{ ('x' * 100000).translate({120: 'y' * 100000}) }}",
    "{{ (5).to_bytes(10**9, 'big') }}",
    "{{ [1]|batch(10**9, 'x')|list }}",
    "{{ [1]|slice(10**9)|list }}",
    "{{ {'a': 1}|tojson(indent=10**9) }}",
    "{{ range(10**9)|list }}",
    "{{ (['x' * 1000000] * 1000)|string }}",
    "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "{% for i in range(99999) %}" + "text " * 20_000 + "{% endfor %}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}",
    "{% set n = namespace(x=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}{% endfor %}",
    "{% set n = namespace(x={}) %}{% for i in range(60) %}"
    "{% set n.x = {1: n.x, 2: n.x} %}{% endfor %}",
    "{% set n = namespace(x='ab') %}{% for i in range(60) %}"
    "{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}{% endfor %}",
    "{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% set r = range(99999)|list %}{% for i in r %}{% for j in r %}{% endfor %}{% endfor %}",
    "{% macro f(n) %}{% set x %}" + "text " * 200_000 + "{{ n }}{% endset %}"
    "{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
    "{% for x in [1, 2] recursive %}{{ loop([1, 2]) }}{% endfor %}",
    "{% block a %}{{ self.a() }}{% endblock %}",
    "{% set a = 'x' * 1000000 %}{% for i in range(99999) %}{{ 'y' in a }}{% endfor %}",
    "{% set a = 'x' * 1000000 %}{% for i in range(99999) %}{{ a|upper|length }}{% endfor %}",
    "{% set a = 'x' * 1000000 %}{{ a }}{{ a }}",
    "{{ ('<!---->' * 90000)|striptags }}",
    "{{ " + "[" * 3000 + "]" * 3000 + " }}",
    "{% for a in [1] %}" * 40 + "{% endfor %}" * 40,
    # What macros, blocks and calls print is kept until it is whole.
    "{% macro f() %}{% for i in range(99999) %}" + LONG + "{% endfor %}{% endmacro %}{{ f() }}",
    "{% set x %}{% for i in range(99999) %}" + LONG + "{% endfor %}{% endset %}",
    "{% macro f(n) %}" + LONG + "{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}"
    "{% set x = f(40) %}",
    "{% set x %}{% for x in [1, 2] recursive %}"
    + LONG
    + "{{ loop([1, 2]) }}{% endfor %}{% endset %}",
    "{% block a %}" + LONG + "{{ self.a() }}{{ self.a() }}{% endblock %}",
    "{% filter upper %}{% for i in range(99999) %}" + LONG + "{% endfor %}{% endfilter %}",
    "{% macro f() %}{% for i in range(99999) %}{{ caller() }}{% endfor %}{% endmacro %}"
    "{% call f() %}" + LONG + "{% endcall %}",
    "{% macro f() %}"
    + LONG
    + "{% endmacro %}{% for i in range(99999) %}{% set x = f() %}{% endfor %}",
    "{% set a = ('ab' * 100000)|list %}{% for i in range(99999) %}{{ a == a|list }}{% endfor %}",
    "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(60) %}"
    "{% set n.x = (n.x, n.x) %}{% set n.y = (n.y, n.y) %}{% endfor %}{{ n.x == n.y }}",
]


def render(text: str, **variables: object) -> str:
    return Template(text, lambda line: Source("t.yaml", line)).render(variables)


@pytest.mark.parametrize("template", ESCAPES)
def test_no_template_reaches_out(template: str) -> None:
    with pytest.raises((RenderError, PromptError)):
        render(template, x="abc", items=[1, 2], record={"a": 1})


@pytest.mark.parametrize("template", BOMBS, ids=range(len(BOMBS)))
def test_no_template_uses_up_the_machine(template: str) -> None:
    """Processor time, so that a busy machine is no failure; memory is bounded by the time."""
    started = time.process_time()
    with pytest.raises((RenderError, PromptError)):
        render(template)
    assert time.process_time() - started < MOST_SECONDS


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ name|upper }}", "SILK"),
        ("{{ '{:,}'.format(price) }}", "2,500"),
        ("{{ '%05.1f' % 3.14159 }}", "003.1"),
        ("{{ '%s baht'|format(price) }}", "2500 baht"),
        ("{{ features|join(', ') }}", "soft, warm"),
        (
            "{% for f in features %}{{ loop.index }}/{{ loop.length }} {{ f }}; {% endfor %}",
            "1/2 soft; 2/2 warm; ",
        ),
        ("{% for f in features if f != 'soft' %}{{ f }}{% endfor %}", "warm"),
        ("{% for k, v in sizes.items() %}{{ k }}={{ v }} {% endfor %}", "S=1 L=2 "),
        ("{% for f in features|reverse %}{{ f }}{% endfor %}", "warmsoft"),
        ("{% macro m(x) %}<{{ x }}>{% endmacro %}{{ m(name) }}", "<silk>"),
        ("{% set x = name ~ '-' ~ price %}{{ x }}", "silk-2500"),
        ("{{ colour|default('any') }}", "any"),
        ("{% if colour is defined %}yes{% else %}no{% endif %}", "no"),
        ("{{ price * 2 }} {{ price // 1000 }} {{ price % 7 }}", "5000 2 1"),
        ("{{ features|map('upper')|list }}", '["SOFT", "WARM"]'),
        ("{{ name[:2] }}{{ features[0] }}{{ sizes.S }}", "sisoft1"),
        ("{{ name|truncate(3, true, '', 0) }}", "sil"),
        ("{{ '<b>hi</b>'|striptags }}", "hi"),
        ("{{ 'a b c'.split(' ')|length }}", "3"),
        ("{{ nothing }}", ""),
    ],
)
def test_everyday_templates_work(template: str, text: str) -> None:
    variables = {
        "name": "silk",
        "price": 2500,
        "features": ["soft", "warm"],
        "sizes": {"S": 1, "L": 2},
        "nothing": None,
    }
    assert render(template, **variables) == text


def test_every_rendering_has_the_whole_effort() -> None:
    template = Template(
        "{% for i in range(20000) %}{% endfor %}x", lambda line: Source("t.yaml", line)
    )
    assert {template.render({}) for _ in range(20)} == {"x"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ("tojson", '{"ชื่อ": "It\'s <b>silk</b>", "price": [19.90, true, null]}'),
        ("tojson(indent=2)", '{\n  "ชื่อ": "It\'s <b>silk</b>",\n  "price": [\n    19.90,\n'),
    ],
)
def test_json_in_a_prompt_has_letters_and_numbers_as_they_are(filters: str, expected: str) -> None:
    item = {"ชื่อ": "It's <b>silk</b>", "price": [WrittenNumber("19.90"), True, None]}
    template = Template(f"{{{{ item | {filters} }}}}", lambda line: Source("t.yaml", line))

    assert template.render({"item": item}).startswith(expected)
