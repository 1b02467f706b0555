"""The line reader: lines -> strips -> digits, without boxes."""
