"""How a mapping is written: from YAML to the columns of tables that become courses."""
