outcome "$code"
