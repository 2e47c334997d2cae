"""Where files lie and what the user has settled: options, variables, configuration file."""
