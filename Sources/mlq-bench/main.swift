print("mlq")
