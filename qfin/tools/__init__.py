"""The command line: qfin-opt, qfin-translate, qfin."""
