"""What a run would do, known before it does it. Pure: nothing here sends or writes."""
