"""The checks: pure functions of a text and its context, each giving the violations it finds.

One file per family. They know neither settings nor channels: `copygen.quality.checker` puts them
together.
"""
