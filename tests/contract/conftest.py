import pytest

pytest.register_assert_rewrite("infsh_secrets.testing")
