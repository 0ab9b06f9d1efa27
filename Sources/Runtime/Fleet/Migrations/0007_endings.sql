-- Who gives a deal up tells the other systems of it.
GRANT INSERT, UPDATE ON mirrors TO baton_operator;
