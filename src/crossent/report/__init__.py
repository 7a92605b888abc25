"""How answers look: tables for people, on the terminal and in notebooks."""
