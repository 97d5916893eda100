"""CEL as the API server evaluates it for the rules of custom resources (Kubernetes 1.36).

Sources: the CEL language definition (github.com/google/cel-spec), cel-go 0.26 with its extensions,
and Kubernetes' libraries (apiserver, pkg/cel). Why there is an evaluator of our own is told in
docs/decisions/0017. In reading order: `lexer`, `parser`, `syntax` (text to tree), `values` (what
CEL has and Python has not), `typed` (JSON to values, by schema), `scope`, `paths`, `macros`,
`compile` (tree to closures), `arithmetic`, `overloads` (which arguments a function takes),
`functions` with one module for each library (`conversions`, `strings` with `text_format`, `lists`,
`times`, `urls`, `network`, `quantity`, `semver`, `named_formats`), `rule`, `errors`.
"""

from pipeline.schema.cel.errors import CelError, CelSyntaxError, NotEvaluable
from pipeline.schema.cel.rule import ABSENT, Message, Rule, compile_message, compile_rule

__all__ = [
    "ABSENT",
    "CelError",
    "CelSyntaxError",
    "Message",
    "NotEvaluable",
    "Rule",
    "compile_message",
    "compile_rule",
]
