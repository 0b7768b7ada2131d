Console.WriteLine("sock");
