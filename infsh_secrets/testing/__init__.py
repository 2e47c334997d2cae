"""For tests of programs that use this package, and of stores that extend it.

`pytest_plugin` has the fixtures, `fakes` a clock and a store that fails; `store_contract` is the
suite that a store has to pass. All but `fakes` need pytest, which this package does not require.
"""
